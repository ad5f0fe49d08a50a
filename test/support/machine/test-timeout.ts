/** Set by `globals` in jest.config.mjs; jest itself ignores `testTimeout` inside a project. */
declare const secondsPerTest: number;

jest.setTimeout(secondsPerTest * 1000);

/** Set by `globals` in jest.config.mjs: true for the load tests, false for `npm test`. */
declare const thorough: boolean;

/** Whether tests cover every server and use full samples: `npm run test:load`. */
export const isThorough = thorough;

/** How many samples a test takes: fewer in `npm test` than in `npm run test:load`. */
export const samples = (usual: number, inFull: number): number => (isThorough ? inFull : usual);

/** Set by `globals` in jest.config.mjs: true for the load tests, false for `npm test`. */
declare const thorough: boolean;

/** Whether tests cover every server and use full samples: `npm run test:load`. */
export const isThorough = thorough;

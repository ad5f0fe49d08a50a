/** Set by `globals` in jest.config.mjs: true for the load tests, false for `npm test`. */
declare const thorough: boolean;

/** Whether everything is tested on every server and with full samples: `npm run test:load`. */
export const isThorough = thorough;

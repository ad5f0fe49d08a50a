// The smallest app that Zapier accepts: what a cold start and a zip cost before an app adds anything of its own.
import zapier, { defineApp } from 'zapier-platform-core';

export default defineApp({ version: '1.0.0', platformVersion: zapier.version, triggers: {}, creates: {} });

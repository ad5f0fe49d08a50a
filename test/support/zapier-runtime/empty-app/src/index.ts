// The smallest app that Zapier accepts: the baseline for cold start and zip size.
import zapier, { defineApp } from 'zapier-platform-core';

export default defineApp({ version: '1.0.0', platformVersion: zapier.version, triggers: {}, creates: {} });

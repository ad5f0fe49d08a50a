import { services } from '../../shared/src/catalog.ts';
import { zapierApp } from './app.ts';

/** The app that Zapier runs. */
export default zapierApp(services);

import { services } from '../../shared/src/catalog.ts';
import { zapierApp } from '../adapter/app.ts';

/** The app that Zapier runs. */
export default zapierApp(services);

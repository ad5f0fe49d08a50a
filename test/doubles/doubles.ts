import { azureDouble } from './azure/double.ts';
import { databricksDouble } from './databricks/double.ts';
import { dbtDouble } from './dbt/double.ts';
import { fabricDouble } from './fabric/double.ts';
import { modeDouble } from './mode/double.ts';
import { powerBiDouble } from './power-bi/double.ts';
import { quantemplateDouble } from './quantemplate/double.ts';
import { restJobDouble } from './rest-job/double.ts';
import { slackDouble } from './slack/double.ts';
import { tableauDouble } from './tableau/double.ts';
import { webAddressDouble } from './web-address/double.ts';

/** Every vendor that the sandbox simulates. The key names it in `sandboxAccounts` and `sandbox.world`. */
export const doubles = {
  azure: azureDouble,
  quantemplate: quantemplateDouble,
  dbt: dbtDouble,
  databricks: databricksDouble,
  mode: modeDouble,
  powerBi: powerBiDouble,
  tableau: tableauDouble,
  fabric: fabricDouble,
  slack: slackDouble,
  restJob: restJobDouble,
  webAddress: webAddressDouble,
};

/** The doubles by name, with their exact types. */
export type Doubles = typeof doubles;

/** Name of a double: `dbt`. */
export type DoubleName = keyof Doubles;

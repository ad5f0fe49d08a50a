import { jobRunFinished as databricks } from '../../../shared/src/services/databricks/job-run-finished.ts';
import { jobRunFinished as dbt } from '../../../shared/src/services/dbt/job-run-finished.ts';
import { jobRunFinished as fabric } from '../../../shared/src/services/fabric/job-run-finished.ts';
import { reportRunEnded as mode } from '../../../shared/src/services/mode/report-run-ended.ts';
import { refreshFinished as powerBi } from '../../../shared/src/services/power-bi/refresh-finished.ts';
import { jobFinished as tableau } from '../../../shared/src/services/tableau/job-finished.ts';

const guid = '5eb5b4d6-0d7a-4ae6-9d6a-c7d2a9ff4f7c';
const inWorkspace = { workspace: guid, item: guid, model: guid };

describe('A polling trigger goes on', () => {
  it.each([
    ['Power BI', powerBi, inWorkspace, { address: 'https://api.powerbi.com' }, 'https://api.powerbi.com/'],
    ['Fabric', fabric, inWorkspace, { address: 'https://api.fabric.microsoft.com' }, 'api.fabric.microsoft.com'],
    [
      'Tableau',
      tableau,
      {},
      { address: 'https://10ax.online.tableau.com', site: 'contoso' },
      'https://10ax.online.tableau.com/#/site/contoso/home',
    ],
    ['Mode', mode, { report: '4e0a' }, { address: 'https://app.mode.com', workspace: 'contoso' }, 'app.mode.com/'],
  ])('when the URL of %s is written in another way', (_name, trigger, input, connection, address) => {
    const list = trigger.list(input, connection);
    expect(trigger.list(input, { ...connection, address })).toBe(list);
    expect(trigger.list(input, { ...connection, address: 'https://elsewhere.example' })).not.toBe(list);
  });

  it('when a page of Databricks or dbt is entered as its URL', () => {
    const page = 'https://adb-1.2.azuredatabricks.net/?o=1#job/1';
    expect(databricks.list({}, { workspaceUrl: page })).toBe(
      databricks.list({}, { workspaceUrl: 'https://adb-1.2.azuredatabricks.net' }),
    );
    const account = { accountId: '1', accessUrl: 'https://cloud.getdbt.com' };
    expect(dbt.list({}, { ...account, accessUrl: 'https://cloud.getdbt.com/#/accounts/1' })).toBe(
      dbt.list({}, account),
    );
  });
});

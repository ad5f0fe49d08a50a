import type { KnownCause } from '../../runs/known-causes.ts';

/**
 * Failed refreshes specific to Power BI.
 * @see https://learn.microsoft.com/power-bi/connect-data/asynchronous-refresh
 * @see https://learn.microsoft.com/power-bi/connect-data/refresh-troubleshooting-refresh-scenarios
 */
export const powerBiCauses: readonly KnownCause[] = [
  {
    pattern: /DMTS_UserNotFoundInADGraph/i,
    advice:
      'The owner of the semantic model no longer exists. Open the settings of the model in Power BI, select Take over and enter its data source credentials again.',
  },
  {
    pattern: /0xC11C0020|evicted to free up memory/i,
    advice:
      'The model was removed from memory during the refresh, because the capacity is busy. Run the refresh again.',
  },
  {
    pattern: /CredentialsNotSpecified|CredentialNotProvided|InvalidConnectionCredentials|AccessUnauthorized/i,
    advice:
      'Power BI could not log in to a data source. Open the settings of the semantic model and edit the data source credentials.',
  },
  {
    pattern: /gateway/i,
    advice:
      'The data gateway could not read a data source. Check that the gateway is online and that its connections are mapped in the settings of the semantic model.',
  },
  {
    pattern: /exceeded.*(capacity|limit).*refresh|refresh.*(capacity|limit).*exceeded|CapacityLimit/i,
    advice: 'The capacity does not accept more refreshes at the moment. Run it again later.',
  },
  {
    pattern: /duplicate value.*one side|one side of a many-to-one/i,
    advice: 'A key column of a relationship contains duplicate values. Remove the duplicates from the source table.',
  },
  {
    pattern: /column.*(of the table|does not exist in the rowset)|rowset/i,
    advice:
      'A column of the model is missing in its source. Restore the column, or change the table in Power BI Desktop and publish the model again.',
  },
  {
    pattern: /\bDisabled\b/,
    advice:
      'Power BI has disabled the refresh. Open the refresh settings of the semantic model, correct the cause that they show and turn the refresh on again.',
  },
  {
    pattern: /TimedOut/,
    advice:
      'The refresh took longer than Power BI allows. Refresh fewer tables at once, or set up incremental refresh.',
  },
];

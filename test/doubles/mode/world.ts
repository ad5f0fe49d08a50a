import { modeAccount } from './account.ts';

/** A query of a report. */
export interface ModeQuery {
  token: string;
  name: string;
  columns: string[];
  /** The SQL code, with the parameters that it defines. */
  code?: string;
  rows: string[][];
  /** Whether its results are a ZIP. */
  isZip?: boolean;
}

/** A report of the sandbox. */
export interface ModeReport {
  token: string;
  name: string;
  description: string;
  spaceToken: string;
  queries: ModeQuery[];
  /** Whether its runs include a notebook. */
  hasNotebook?: boolean;
  /** Whether every run fails. */
  alwaysFails?: boolean;
}

const { spaceToken, reportToken } = modeAccount;

/** Spaces, called collections in Mode's pages. */
export const modeSpaces = [
  { token: spaceToken, name: 'Claims', space_type: 'custom' },
  { token: '5ba2f1aa0002', name: 'Finance', space_type: 'custom' },
];

const byCountry: ModeQuery = {
  token: '9e1d00000001',
  name: 'Claims by country',
  columns: ['country', 'claims', 'note'],
  code: `SELECT country, count(*) AS claims, note FROM claims WHERE country = '{{ country }}' AND line IN ({{ lines }})

{% form %}

country:
    type: select
    default: GB
    options: [GB, NA, CI]

lines:
    type: multiselect
    default: all
    options: [[Property, property], [Casualty, casualty]]

{% endform %}`,
  rows: [
    ['GB', '120', 'includes "Lucky 7"'],
    ['NA', '3', ''],
    ['CI', '17', "Côte d'Ivoire"],
  ],
};
const byMonth: ModeQuery = {
  token: '9e1d00000002',
  name: 'Claims by month',
  columns: ['month', 'paid'],
  rows: [
    ['2026-01', '1034.50'],
    ['2026-02', '998.10'],
  ],
};

/** The reports of the workspace: more than one page in the first space. */
export const modeReports: ModeReport[] = [
  {
    token: reportToken,
    name: 'Weekly claims KPI',
    description: 'Key figures of the claims team.',
    spaceToken,
    queries: [byCountry, byMonth],
    hasNotebook: true,
  },
  {
    token: '4e0af8c10002',
    name: 'Broken report',
    description: 'Fails in every run.',
    spaceToken,
    queries: [byMonth],
    alwaysFails: true,
  },
  ...Array.from({ length: 32 }, (_, index) => ({
    token: `4e0af8c2${String(index + 1).padStart(4, '0')}`,
    name: `Claims detail ${String(index + 1).padStart(2, '0')}`,
    description: '',
    spaceToken,
    queries: [byMonth],
  })),
  {
    token: '4e0af8c30001',
    name: 'Monthly premiums',
    description: '',
    spaceToken: '5ba2f1aa0002',
    queries: [{ ...byMonth, token: '9e1d00000003', name: 'Premiums by month', isZip: true }],
  },
];

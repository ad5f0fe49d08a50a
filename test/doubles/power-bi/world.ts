import { uuidOf } from '../server/identifiers.ts';
import { powerBiAccount } from './account.ts';

/** A table of a semantic model and the names of its partitions. */
export interface ModelTable {
  name: string;
  partitions: string[];
}

/** A semantic model of the sandbox. */
export interface SemanticModel {
  id: string;
  workspace: string;
  name: string;
  tables: ModelTable[];
  isRefreshable: boolean;
}

/** The workspaces of the sandbox. */
export const powerBiWorkspaces = [
  { id: powerBiAccount.workspaceId, name: 'Claims' },
  { id: powerBiAccount.financeId, name: 'Finance' },
];

const whole = (name: string): ModelTable => ({ name, partitions: [name] });

/** The semantic models of the sandbox. */
export const semanticModels: SemanticModel[] = [
  {
    id: powerBiAccount.modelId,
    workspace: powerBiAccount.workspaceId,
    name: 'Claims overview',
    tables: [{ name: 'Claims', partitions: ['2025', '2026'] }, whole('Policies'), whole('Date')],
    isRefreshable: true,
  },
  {
    id: uuidOf('power-bi/live'),
    workspace: powerBiAccount.workspaceId,
    name: 'Claims live',
    tables: [],
    isRefreshable: false,
  },
  {
    id: powerBiAccount.ledgerId,
    workspace: powerBiAccount.financeId,
    name: 'Ledger',
    tables: [whole('Bookings')],
    isRefreshable: true,
  },
];

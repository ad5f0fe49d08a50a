import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import { webAddressAccount } from './account.ts';
import { webAddress } from './web-address.ts';

/** A website with files. */
export const webAddressDouble = {
  account: webAddressAccount,
  addresses: (baseUrl: string) => ({
    /** `/web/public/claims.csv` and `/web/files/claims.csv` follow. */
    website: baseUrl,
  }),
  connections(baseUrl: string) {
    const { headerName, headerSecret } = webAddressAccount;
    return { webAddress: { website: baseUrl, authentication: 'header', headerName, headerSecret } };
  },
  start: (context: SandboxContext) => ({ state: {}, vendors: [webAddress(context)] }),
} satisfies Double;

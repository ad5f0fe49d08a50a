import { openTarget } from '../../shared/src/databases/open-target.ts';
import { hinting } from './hinting.ts';

it.each(['oracle:x', 'nothing', 'sqlite:'])('openTarget refuses the address %s', async (address) => {
  await expect(openTarget(address)).rejects.toMatchObject({ code: 'invalid-input', hint: hinting('sqlite:') });
});

import { text } from '../../define/fields.ts';

/** Takes a dataset's ID out of the address of its page. */
export const datasetIdFromUrl = {
  pattern: /[^/]\/(d-[\w-]+)/,
  example: 'https://app.prod.quantemplate.com/c-contoso/data/d-claims',
};

/** The field that says which dataset. */
export const datasetField = text({
  label: 'Dataset ID',
  help: 'Open the dataset in Quantemplate and paste the address of its page, or only the part that begins with d-. Share the dataset with the API user of the connection.',
  placeholder: 'd-claims',
  idFromUrl: datasetIdFromUrl,
});

/** The path of a dataset within its organisation. */
export const datasetPath = (dataset: string): string => `/datasets/${encodeURIComponent(dataset)}`;

import { text } from '../../define/fields.ts';

/** Extracts the dataset ID from the URL of its page. */
export const datasetIdFromUrl = {
  pattern: /[^/]\/(d-[\w-]+)/,
  example: 'https://app.prod.quantemplate.com/c-contoso/data/d-claims',
};

/** The dataset field. */
export const datasetField = text({
  label: 'Dataset ID',
  help: 'URL of the dataset in Quantemplate, or its ID, which starts with d-. Share the dataset with the API user.',
  placeholder: 'd-claims',
  idFromUrl: datasetIdFromUrl,
});

/** The API path of a dataset in its organization. */
export const datasetPath = (dataset: string): string => `/datasets/${encodeURIComponent(dataset)}`;

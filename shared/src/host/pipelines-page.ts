/** The page about pipelines to import: those that call back, and those that copy a dataset too large for a step. */
export const pipelinesPage = 'https://github.com/pipewright/pipewright/blob/main/docs/pipelines/README.md';

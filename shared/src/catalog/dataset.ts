import type { Service } from '../define/service.ts';
import { defineDatasetService } from '../tables/dataset/service.ts';

/** The Dataset service: reads a file or a URL. It needs no Node APIs. */
export const dataset: Service = defineDatasetService();

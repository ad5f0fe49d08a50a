import type { Service } from '../../shared/src/define/service.ts';
import { doubles } from '../doubles/doubles.ts';
import type { AnswerCases as Cases } from '../doubles/server/answer-cases.ts';
import type { Double } from '../doubles/server/double.ts';
import { serviceOf } from './service-of.ts';

/** Inputs for the operations of a service; see the type in test/doubles/server. */
export interface AnswerCases extends Omit<Cases, 'service'> {
  service: Service;
}

/** The cases of every service that the sandbox simulates, from the doubles. */
export const answerCases: readonly AnswerCases[] = Object.values<Double>(doubles).flatMap((double) =>
  (double.answerCases ?? []).map((cases) => ({ ...cases, service: serviceOf(cases.service) })),
);

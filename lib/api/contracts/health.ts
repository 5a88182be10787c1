import { z } from 'zod'
import { contract } from './contract'

const checkSchema = z.enum(['ok', 'failed'])

/** What a load balancer or a supervisor asks. Nothing about the data is told, so anybody may. */
export const healthContracts = {
  getHealth: contract({
    id: 'getHealth',
    method: 'GET',
    root: 'api',
    path: '/health',
    permission: 'public',
    tag: 'Health',
    summary: 'The process is alive',
    response: z.object({ status: z.literal('ok') }),
  }),
  getReadiness: contract({
    id: 'getReadiness',
    method: 'GET',
    root: 'api',
    path: '/health/ready',
    permission: 'public',
    tag: 'Health',
    summary: 'Runs can be accepted and are executed',
    description: 'Answers 503 with the same body while a check fails.',
    response: z.object({
      status: z.enum(['ready', 'not_ready']),
      checks: z.object({ database: checkSchema, migrations: checkSchema, worker: checkSchema }),
    }),
  }),
} as const

import { z } from 'zod'
import { definitionSchema } from '../../workflow/document'
import { idSchema, jsonValueSchema, timestampSchema } from './common'
import { contract } from './contract'

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, hex.' })
const link = { previous_hash: hash, hash }

export const provenanceSchema = z
  .object({
    algorithm: z.literal('countersign-provenance-1'),
    run: z.object({
      run_id: idSchema,
      workflow_id: idSchema,
      version_number: z.int().nullable(),
      definition_hash: hash,
      input_hash: hash,
      created_at: timestampSchema,
      hash,
      definition: definitionSchema.optional(),
      input: jsonValueSchema.optional(),
    }),
    steps: z.array(
      z.object({
        ...link,
        seq: z.int(),
        node_key: z.string(),
        node_id: z.string(),
        status: z.enum(['succeeded', 'failed']),
        attempt: z.int(),
        reused: z.boolean(),
        input_hash: hash,
        output_hash: hash,
        at: timestampSchema,
        input: jsonValueSchema.optional(),
        output: jsonValueSchema.optional(),
      }),
    ),
    end: z.object({
      ...link,
      status: z.string(),
      steps: z.int(),
      output_hash: hash,
      at: timestampSchema.nullable(),
      output: jsonValueSchema.optional(),
    }),
  })
  .meta({ id: 'Provenance', description: 'The hash chain of a run. Every hash covers the one before it.' })

export const provenanceContract = contract({
  id: 'getProvenance',
  method: 'GET',
  path: '/runs/{run_id}/provenance',
  permission: 'run:read',
  tag: 'Runs',
  summary: 'The hash chain over the finished steps of a run',
  description:
    'Can be verified offline: `npm run verify-provenance FILE`. `payloads=true` brings every input and output along, so that they are verified too.',
  query: z.object({
    payloads: z.enum(['true', 'false']).default('false').meta({ description: 'Bring inputs and outputs along.' }),
  }),
  response: provenanceSchema,
})

import { z } from 'zod'
import { AUDIT_ACTIONS } from '../../audit-actions'
import { idSchema, pageOf, pageQuerySchema, timestampSchema } from './common'
import { contract } from './contract'

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, hex.' })
const placeSchema = z.object({ seq: z.int(), hash })

const auditRecordSchema = z
  .object({
    id: idSchema,
    team_id: idSchema,
    seq: z.int().meta({ description: '1, 2, 3 … in a team.' }),
    at: timestampSchema,
    actor: z.object({
      kind: z.enum(['user', 'api_key', 'oauth', 'system', 'anonymous']),
      id: idSchema.nullable(),
      name: z.string(),
    }),
    action: z.string().meta({ description: `One of ${Object.keys(AUDIT_ACTIONS).join(', ')}.` }),
    target: z.object({ type: z.string(), id: idSchema.nullable(), name: z.string() }),
    details: z.record(z.string(), z.unknown()).meta({ description: 'What changed. Never a secret.' }),
    request_id: z.string().nullable().meta({ description: 'X-Request-ID of the call that did it.' }),
    ip: z.string().nullable().meta({ description: 'Where the call came from, as far as it is known for certain.' }),
    previous_hash: hash,
    hash,
  })
  .meta({ id: 'AuditRecord', description: 'Who did what. Its hash covers everything in it, and the record before it.' })
export type AuditRecord = z.infer<typeof auditRecordSchema>

const verificationSchema = z
  .object({
    valid: z.boolean(),
    records: z.int().meta({ description: 'Records that were checked.' }),
    after: placeSchema.meta({ description: 'The last record that retention removed; seq 0: none was.' }),
    head: placeSchema.meta({ description: 'The newest record. Note its hash elsewhere to be able to prove it later.' }),
    fault: z.object({ seq: z.int(), message: z.string() }).nullable().meta({ description: 'The first thing wrong.' }),
  })
  .meta({ id: 'AuditVerification' })
export type AuditVerification = z.infer<typeof verificationSchema>

const times = { from: timestampSchema.optional(), to: timestampSchema.optional() }

export const auditContracts = {
  listAudit: contract({
    id: 'listAudit',
    method: 'GET',
    path: '/audit',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'What was done in the team, newest first',
    description:
      'Starts of runs are not recorded here: the run itself says who started it. `to` is not part of the time.',
    query: pageQuerySchema.extend({
      actor_id: idSchema.optional().meta({ description: 'Of the person, key or grant that did it.' }),
      action: z
        .string()
        .max(100)
        .optional()
        .meta({ description: 'An action, or what stands before the dot: `key` for all that was done with keys.' }),
      target_id: idSchema.optional().meta({ description: 'Of what it was done to.' }),
      ...times,
    }),
    response: pageOf(auditRecordSchema),
  }),
  verifyAudit: contract({
    id: 'verifyAudit',
    method: 'GET',
    path: '/audit/verify',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'Check the hash chain of the audit log from end to end',
    response: verificationSchema,
  }),
  exportAudit: contract({
    id: 'exportAudit',
    method: 'GET',
    path: '/audit/export',
    permission: 'audit:read',
    tag: 'Audit',
    summary: 'The audit log as a file that can be verified offline',
    description: 'Check it with `npm run verify-audit FILE [HASH]`. With `from` or `to`, an unbroken part of the log.',
    query: z.object(times),
    response: z
      .object({
        algorithm: z.literal('countersign-audit-1'),
        team_id: idSchema,
        after: placeSchema,
        records: z.array(auditRecordSchema),
        end: placeSchema.extend({ records: z.int() }),
      })
      .meta({ id: 'AuditExport' }),
  }),
} as const

import { z } from 'zod'
import { idSchema, pageOf, pageQuerySchema, textSchema, timestampSchema } from './common'
import { contract } from './contract'

/** What people and programs say of a run: comments, and whether it was good. */

const body = textSchema({ trim: true, min: 1, max: 4_000 })
const anchor = {
  turn: z.int().min(1).meta({ description: 'The turn it is about.' }),
  event_seq: z.int().min(1).meta({ description: 'The event it is about, by its `seq`.' }),
  node_key: z.string().min(1).max(1_000).meta({ description: 'The node run it is about, by its `node_key`.' }),
}

export const commentSchema = z
  .object({
    id: idSchema,
    run_id: idSchema,
    author: z.object({
      kind: z.enum(['user', 'api_key', 'oauth']),
      id: idSchema.meta({ description: 'Of the user, the key or the grant.' }),
      name: z.string(),
    }),
    is_own: z.boolean().meta({ description: 'The caller wrote it, and so may change and delete it.' }),
    body: z.string(),
    turn: anchor.turn.nullable(),
    event_seq: anchor.event_seq.nullable(),
    node_key: z.string().nullable().meta({ description: 'The node run it is about, by its `node_key`.' }),
    created_at: timestampSchema,
    edited_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Comment', description: 'What somebody says of a run, as a whole or of one place in it.' })
export type Comment = z.infer<typeof commentSchema>

const createCommentBodySchema = z
  .strictObject({
    body,
    turn: anchor.turn.optional(),
    event_seq: anchor.event_seq.optional(),
    node_key: anchor.node_key.optional(),
  })
  .superRefine((value, context) => {
    const [, second] = Object.keys(anchor).filter((name) => value[name as keyof typeof anchor] !== undefined)
    if (second === undefined) return
    const message = 'a comment is about one thing: leave out all but one of turn, event_seq and node_key'
    context.addIssue({ code: 'custom', path: [second], message })
  })
  .meta({ id: 'CreateComment' })

const patchCommentBodySchema = z.strictObject({ body }).meta({ id: 'PatchComment' })

export const ratingSchema = z
  .object({
    up: z.int().meta({ description: 'How many people found it good.' }),
    down: z.int(),
    mine: z
      .union([z.literal(1), z.literal(-1)])
      .nullable()
      .meta({ description: 'What the person behind the call said.' }),
  })
  .meta({ id: 'Rating' })
export type Rating = z.infer<typeof ratingSchema>

const rateBodySchema = z
  .strictObject({
    score: z.union([z.literal(1), z.literal(-1)]).meta({ description: '`1`: it was good. `-1`: it was not.' }),
  })
  .meta({ id: 'RateRun' })

export const commentContracts = {
  listComments: contract({
    id: 'listComments',
    method: 'GET',
    path: '/runs/{run_id}/comments',
    permission: 'run:read',
    tag: 'Runs',
    summary: 'Comments of a run, oldest first',
    query: pageQuerySchema,
    response: pageOf(commentSchema),
  }),
  createComment: contract({
    id: 'createComment',
    method: 'POST',
    path: '/runs/{run_id}/comments',
    permission: 'run:comment',
    tag: 'Runs',
    summary: 'Comment on a run',
    description: 'About the run as a whole, or about one turn, one event or one node run of it.',
    example: { body: 'The second quake is missing here.', turn: 1 },
    body: createCommentBodySchema,
    response: commentSchema,
    status: 201,
    idempotent: true,
    errors: ['limit_reached'],
  }),
  patchComment: contract({
    id: 'patchComment',
    method: 'PATCH',
    path: '/runs/{run_id}/comments/{comment_id}',
    permission: 'run:comment',
    tag: 'Runs',
    summary: 'Change the words of an own comment',
    description: 'Only who wrote it may: a person, a key and a program each speak for themselves.',
    example: { body: 'Found it: it was below the threshold.' },
    body: patchCommentBodySchema,
    response: commentSchema,
  }),
  deleteComment: contract({
    id: 'deleteComment',
    method: 'DELETE',
    path: '/runs/{run_id}/comments/{comment_id}',
    permission: 'run:comment',
    tag: 'Runs',
    summary: 'Delete a comment',
    description: 'An own one; owners and admins may delete any.',
    response: z.undefined(),
    status: 204,
  }),
  rateRun: contract({
    id: 'rateRun',
    method: 'PUT',
    path: '/runs/{run_id}/rating',
    permission: 'run:comment',
    tag: 'Runs',
    summary: 'Say whether a run was good',
    description: 'One rating per person: a later one replaces it, and that of a key is its creator’s.',
    example: { score: 1 },
    body: rateBodySchema,
    response: ratingSchema,
  }),
  unrateRun: contract({
    id: 'unrateRun',
    method: 'DELETE',
    path: '/runs/{run_id}/rating',
    permission: 'run:comment',
    tag: 'Runs',
    summary: 'Take the own rating back',
    response: z.undefined(),
    status: 204,
  }),
} as const

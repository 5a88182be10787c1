import { z } from 'zod'
import { RUN_STATUSES, runEventSchema } from '../engine/events'

/** What travels to a watcher of one run. Durable frames carry the event and its `seq` as the SSE id; the others have no id. */
export const runFrameSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: runEventSchema }),
  /** Text of a model while it speaks: may be lost, is replaced by the node's output when it ends. */
  z.object({ kind: z.literal('delta'), node_id: z.string(), path: z.array(z.string()), text: z.string() }),
  /** The cursor cannot be served (older than what is kept, or of another run): read the run again from the start. */
  z.object({ kind: z.literal('reset'), reason: z.string() }),
])
export type RunFrame = z.infer<typeof runFrameSchema>

/** What travels to a watcher of a team's runs: the run changed; read it again if it is on the screen. */
export const runsFrameSchema = z.object({
  kind: z.literal('run'),
  run_id: z.string(),
  workflow_id: z.string(),
  status: z.enum(RUN_STATUSES),
  last_seq: z.int(),
})
export type RunsFrame = z.infer<typeof runsFrameSchema>

/** What travels to a client of MCP: a message of that protocol. */
export interface MessageFrame {
  kind: 'message'
  message: object
}

export type Frame = RunFrame | RunsFrame | MessageFrame

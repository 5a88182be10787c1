import { z } from 'zod'
import { idSchema, jsonValueSchema } from './common'
import { contract } from './contract'

/** Where other systems answer a run. The URL is its own proof of who may call it. Below `/api/callbacks`. */
export const callbackContracts = {
  callBack: contract({
    id: 'callBack',
    method: 'POST',
    path: '/callbacks/{token}',
    root: 'api',
    permission: 'public',
    tag: 'Callbacks',
    summary: 'Answer a callback step',
    description:
      'The URL is what `callbacks.<step name>` gives inside the workflow. Good for one call, also before the step is reached; the JSON that is sent is the output of the step.',
    body: jsonValueSchema,
    bodyOptional: true,
    response: z
      .object({ run_id: idSchema, node_id: z.string(), path: z.array(z.string()) })
      .meta({ id: 'CallbackReceipt' }),
    status: 202,
    errors: ['conflict', 'run_ended'],
  }),
} as const

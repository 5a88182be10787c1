import { randomBytes } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequest,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { text } from './fixture-content'

type Property = { type: 'string' } | { type: 'boolean' }
type Requests = Record<string, InputRequest>
type Envelope = { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities }

const codec = createRequestStateCodec<number>({ key: randomBytes(32) })

/** What a tool keeps with its client is signed, and refused when it comes back changed. */
export const requestState = { verify: codec.verify }

const NAME = asks('What is your name?', 'name')
const CONFIRM = asks('Please confirm', 'ok', { type: 'boolean' })
const CAPITAL = samples('What is the capital of France?')
const ROOTS = inputRequired.listRoots()

/** The tools that are called again with what they asked for: in one round or in several, with and without a state. */
export const ROUND_TOOLS = {
  test_input_required_result_elicitation: (_args: unknown, context: ServerContext) =>
    round(context, { user_name: NAME }),
  test_input_required_result_sampling: (_args: unknown, context: ServerContext) =>
    round(context, { capital_question: CAPITAL }),
  test_input_required_result_list_roots: (_args: unknown, context: ServerContext) =>
    round(context, { client_roots: ROOTS }),
  test_input_required_result_request_state: (_args: unknown, context: ServerContext) =>
    round(context, { confirm: CONFIRM }, 1, 'state-ok'),
  test_input_required_result_tampered_state: (_args: unknown, context: ServerContext) =>
    round(context, { confirm: CONFIRM }, 1),
  test_input_required_result_multiple_inputs: (_args: unknown, context: ServerContext) =>
    round(context, { user_name: NAME, greeting: samples('Generate a greeting'), client_roots: ROOTS }, 1),
  test_input_required_result_multi_round: (_args: unknown, context: ServerContext) => {
    const hasName = (context.mcpReq.requestState<number>() ?? 0) === 2 || answersTo(context, { step1: NAME })
    if (!hasName) return round(context, { step1: asks('Step 1: What is your name?', 'name') }, 1)
    const step2 = asks('Step 2: What is your favorite color?', 'color')
    return round(context, { step2 }, 2)
  },
  test_input_required_result_capabilities: (_args: unknown, context: ServerContext) => {
    const envelope: Envelope | undefined = context.mcpReq.envelope
    const { sampling, elicitation } = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {}
    return round(context, { ...(sampling && { capital_question: CAPITAL }), ...(elicitation && { user_name: NAME }) })
  },
  test_missing_capability: (_args: unknown, context: ServerContext) => round(context, { capital_question: CAPITAL }),
  test_streaming_elicitation: (_args: unknown, context: ServerContext) => round(context, { user_name: NAME }),
}

/** The prompt that asks first. */
export function promptWithContext(context: ServerContext) {
  const requests = { user_context: asks('What context should the prompt use?', 'context') }
  const answers = answersTo(context, requests)
  if (!answers) return inputRequired({ inputRequests: requests })
  return { messages: [{ role: 'user' as const, content: text(`In this context: ${JSON.stringify(answers)}`) }] }
}

/** Asks, with a state where there is one, until all is answered; then says it. */
async function round(context: ServerContext, requests: Requests, state?: number, said = 'Answered') {
  const answers = answersTo(context, requests)
  if (answers) return { content: [text(`${said}: ${JSON.stringify(answers)}`)] }
  const sealed = state === undefined ? undefined : await codec.mint(state)
  return inputRequired({ inputRequests: requests, requestState: sealed })
}

/** What the client answered, when it answered all of it. */
function answersTo({ mcpReq }: ServerContext, requests: Requests) {
  const answers = Object.keys(requests).map((key) => inputResponse(mcpReq.inputResponses, key))
  return answers.every(({ kind }) => kind !== 'missing') ? answers : undefined
}

function asks(message: string, field: string, property: Property = { type: 'string' }): InputRequest {
  const requestedSchema = { type: 'object' as const, properties: { [field]: property }, required: [field] }
  return inputRequired.elicit({ message, requestedSchema })
}

function samples(question: string): InputRequest {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: text(question) }], maxTokens: 100 })
}

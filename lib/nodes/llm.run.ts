import { checkAgainstSchema } from '../engine/json-schema'
import { EgressError } from './egress-error'
import type { LlmConfig } from './llm'
import { callCompatible, withoutKey } from './llm-compatible.run'
import { callTarget } from './llm-estimate.run'
import { callOffline, type LlmAnswer } from './llm-offline.run'
import { retryAfter } from './retry-after'
import { NodeError, type Runner } from './runner'

export const runLlm: Runner<LlmConfig> = async ({ config, signal, delta }) => {
  const answer = await call(config, signal, delta)
  return { type: 'done', output: billed(answer, () => conforming(answer, config.schema)), calls: [answer.usage] }
}

/** An answer that is of no use was paid for all the same. */
function billed<T>(answer: LlmAnswer, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof NodeError)) throw error
    const { code, message, details, retryable } = error
    throw new NodeError(code, message, { ...(details ? { details } : {}), retryable, calls: [answer.usage] })
  }
}

async function call(config: LlmConfig, signal: AbortSignal, delta: (text: string) => void): Promise<LlmAnswer> {
  if (callTarget(config.model).provider === 'offline') return callOffline(config, delta)
  try {
    return await callCompatible(config, signal, delta)
  } catch (error) {
    throw explain(error, signal)
  }
}

function conforming(answer: LlmAnswer, schema: Record<string, unknown> | undefined): unknown {
  const value = answer.value()
  if (!schema) return value
  const checked = checkAgainstSchema(schema, value)
  if (checked.valid) return checked.value
  const [first] = checked.problems
  throw new NodeError(
    'llm_invalid_answer',
    `The answer of the model does not fit the schema: ${first?.path || 'it'} ${first?.message ?? 'is not valid'}.`,
    { details: { problems: checked.problems.slice(0, 10), answer: answer.text.slice(0, 500) } },
  )
}

/** What the AI library throws wraps what happened: an HTTP status, or a call that never arrived. */
function explain(error: unknown, signal: AbortSignal): NodeError {
  if (signal.aborted) return new NodeError('aborted', 'The call was stopped.', { retryable: false, cause: error })
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NodeError) return cause
    if (cause instanceof EgressError) {
      const retryable = cause.code === 'unreachable' || cause.code === 'timeout'
      return new NodeError(`llm_${cause.code}`, `The model server: ${withoutKey(cause.message)}`, {
        retryable,
        cause: error,
      })
    }
    // A good status here means that the answer broke off behind it: the cause says how.
    if ('statusCode' in cause && typeof cause.statusCode === 'number' && cause.statusCode >= 300) {
      return statusError(cause.statusCode, cause)
    }
  }
  return new NodeError('llm_failed', 'The model server broke off or answered in a form that cannot be read.', {
    cause: error,
  })
}

function statusError(status: number, error: Error): NodeError {
  const headers = 'responseHeaders' in error ? error.responseHeaders : undefined
  const wait =
    typeof headers === 'object' && headers !== null && 'retry-after' in headers ? headers['retry-after'] : undefined
  return new NodeError('llm_status', `The model server answered ${status}: ${withoutKey(error.message)}`, {
    retryable: status === 408 || status === 409 || status === 429 || status >= 500,
    details: { status },
    ...retryAfter(typeof wait === 'string' ? wait : undefined),
    cause: error,
  })
}

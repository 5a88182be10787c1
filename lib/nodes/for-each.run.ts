import { limitOf } from '../env'
import type { ForEachConfig } from './for-each'
import { NodeError, type Runner } from './runner'

export const runForEach: Runner<ForEachConfig> = async ({ config, evaluate }) => {
  const value = await evaluate(config.items)
  // JSONata gives nothing for an empty sequence and the item itself for a sequence of one.
  const items = value === undefined || value === null ? [] : value
  if (!Array.isArray(items)) {
    throw new NodeError(
      'not_a_list',
      `items: the value is ${describe(items)}, and a list is needed. Write [ … ] around it.`,
      {
        retryable: false,
      },
    )
  }
  const most = limitOf('fan_out')
  if (items.length > most) {
    throw new NodeError('fanout_limit', `items: the list has ${items.length} items; at most ${most} are allowed.`, {
      retryable: false,
      details: { items: items.length, limit: most },
    })
  }
  return {
    type: 'container',
    container: 'forEach',
    items,
    concurrency: config.concurrency,
    onItemError: config.onItemError,
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

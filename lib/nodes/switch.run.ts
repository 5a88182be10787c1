import { canonicalJson } from '../engine/canonical-json'
import type { Runner } from './runner'
import type { SwitchConfig } from './switch'

/** Equal means equal as JSON: the order of members does not matter, the type does ("1" is not 1). */
export const runSwitch: Runner<SwitchConfig> = async ({ config, evaluate }) => {
  const value = (await evaluate(config.on)) ?? null
  const wanted = canonicalJson(value)
  const found = config.cases.find((option) => canonicalJson(option.equals) === wanted)
  const port = found?.name ?? 'default'
  return { type: 'done', port, output: { case: port, value } }
}

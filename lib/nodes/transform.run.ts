import type { Runner } from './runner'
import type { TransformConfig } from './transform'

export const runTransform: Runner<TransformConfig> = async ({ config, evaluate }) => ({
  type: 'done',
  output: (await evaluate(config.expression)) ?? null,
})

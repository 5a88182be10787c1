import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { env } from '../env'
import { PRICES, type Price } from './prices'

const rate = z.number().min(0)
const priceListSchema = z.record(
  z.string(),
  z.strictObject({
    input: rate,
    output: rate,
    long: z.strictObject({ overTokens: z.int().min(0), input: rate, output: rate }).optional(),
  }),
)

let read: { file: string | undefined; prices: Readonly<Record<string, Price>> } | undefined

/** The known prices with what the operator says over them. Throws an Error naming LLM_PRICES when its file cannot be used. */
export function priceList(): Readonly<Record<string, Price>> {
  const file = env().LLM_PRICES
  if (read?.file !== file) read = undefined
  read ??= { file, prices: file === undefined ? PRICES : { ...PRICES, ...readPrices(file) } }
  return read.prices
}

/** The price of a model; undefined when nobody said it. The built-in models cost nothing. */
export function priceOf(provider: string, model: string): Price | undefined {
  if (provider === 'offline') return { input: 0, output: 0 }
  const prices = priceList()
  const name = `${provider}/${model}`
  return Object.hasOwn(prices, name) ? prices[name] : undefined
}

function readPrices(file: string): Record<string, Price> {
  try {
    const parsed = priceListSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    const nameless = Object.keys(parsed.data ?? {}).find((name) => !/^[^/]+\/.+$/.test(name))
    if (nameless !== undefined) throw new Error(`"${nameless}": name models as "provider/model"`)
    if (parsed.success) return parsed.data as Record<string, Price> // `long` is absent or there, never undefined: it was JSON
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`LLM_PRICES: the price list ${file} cannot be used. ${why}`, { cause: error })
  }
}

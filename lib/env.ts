import { z } from 'zod'
import { LIMITS, type LimitId, OPERATOR_LIMITS } from './limits'

/** The knobs of the product. Read once; a wrong value stops the start with one sentence naming the knob. */
const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DATA_DIR: z.string().min(1).default('.data'),
  DATABASE_URL: z.string().min(1).optional(),
  /** `1`: start in production even on a PostgreSQL that may lose commits. For throw-away databases of tests. */
  ALLOW_UNSAFE_DATABASE: z.enum(['0', '1']).default('0'),
  SEED: z.enum(['demo', 'none']).default('demo'),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().min(12).optional(),
  EGRESS_ALLOW: z.string().default(''),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  /** The origin that people and callbacks use, e.g. `https://flows.example.com`; defaults to `http://localhost:PORT`. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How many proxies of yours stand in front and append to `X-Forwarded-For`; 0: the header is not believed. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  /** Calls of one key or person within a minute before they are answered 429. */
  API_CALLS_PER_MINUTE: z.coerce.number().int().min(1).default(6_000),
  /** Secret of the sign-in cookies. `npm start` makes one in DATA_DIR when it is absent. */
  NEXTAUTH_SECRET: z.string().min(32).optional(),
  /** JWTs of another identity provider: its public keys (RS256, ES256), or a shared secret (HS256); and what they must say. */
  JWT_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  JWT_SECRET: z.string().min(32).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Secret that what leaves the product is signed and sealed with, e.g. callback URLs. Made like NEXTAUTH_SECRET. */
  ENCRYPTION_KEY: z.string().min(32).optional(),
  /** The default OpenAI-compatible server of LLM nodes whose model does not name `offline/…`. */
  LLM_BASE_URL: z.url().optional(),
  LLM_API_KEY: z.string().optional(),
  /** A JSON file of prices over the built-in ones: `{ "provider/model": { "input": 1, "output": 2 } }`, USD per million tokens. */
  LLM_PRICES: z.string().optional(),
})

/** The limits that an operator may change, by their variables. */
const limitsSchema = z.object(
  Object.fromEntries(
    OPERATOR_LIMITS.map(({ variable, limit }) => [
      variable,
      (limit.unit === 'USD' ? z.coerce.number().positive() : z.coerce.number().int().min(1))
        .max(limit.ceiling)
        .default(limit.value),
    ]),
  ),
)

export type Env = z.infer<typeof schema> & { limits: Readonly<Record<string, number>> }

let cached: Env | undefined

/** The validated environment. Throws an Error whose message is one clear sentence per wrong knob. */
export function env(): Env {
  cached ??= readEnv(process.env)
  return cached
}

/** Parses any environment; used by tests and by {@link env}. Empty strings count as absent. */
export function readEnv(source: Record<string, string | undefined>): Env {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(present)
  const limits = limitsSchema.safeParse(present)
  if (parsed.success && limits.success) return { ...parsed.data, limits: limits.data }
  const issues = [...(parsed.error?.issues ?? []), ...(limits.error?.issues ?? [])]
  const sentences = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment is not valid. ${sentences.join('. ')}.`)
}

/** A limit as it holds here: what the operator set, else what the product says. */
export function limitOf(id: LimitId): number {
  const variable = OPERATOR_LIMITS.find((limit) => limit.id === id)?.variable
  return (variable === undefined ? undefined : env().limits[variable]) ?? LIMITS[id].value
}

/** The origin of links in answers: no trailing slash. */
export function publicUrl(): string {
  const { PUBLIC_URL, PORT } = env()
  return (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/$/, '')
}

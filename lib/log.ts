import pino from 'pino'

/** The process log: JSON lines on standard output, secrets masked by name wherever they stand. */
export const log = pino({
  level: process.env.LOG_LEVEL || (process.env.NODE_ENV === 'test' ? 'silent' : 'info'),
  base: null,
  redact: {
    paths: ['authorization', 'cookie', 'password', 'apiKey', '*.authorization', '*.cookie', '*.password', '*.apiKey'],
    censor: '[masked]',
  },
})

import { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { EgressError } from './egress-error'

/** Above this many bytes an answer must not be much larger than what was sent for it. */
const RATIO_FROM_BYTES = 5 * 1024 * 1024
const MAX_RATIO = 20
/** Encodings one over the other are used by nobody honest. */
const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * The decoded body as a stream that stops at `maxBytes`: memory stays bounded however small the sender made it. Errors of
 * the stream are EgressErrors.
 */
export function limitedBody(
  source: Readable,
  encoding: string,
  maxBytes: number,
  explain: (error: unknown) => EgressError,
): ReadableStream<Uint8Array> {
  let received = 0
  let given = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      done(received > maxBytes ? tooLarge(maxBytes) : null, chunk)
    },
  })
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      given += chunk.length
      const isBomb = given > RATIO_FROM_BYTES && given > received * MAX_RATIO
      done(given > maxBytes || isBomb ? tooLarge(maxBytes) : null, chunk)
    },
  })
  const name = encoding.trim().toLowerCase()
  const decoder = name === '' || name === 'identity' ? undefined : DECODERS[name]
  if (name !== '' && name !== 'identity' && !decoder) {
    source.on('error', () => undefined).destroy()
    throw new EgressError('invalid_header', `The answer is encoded as "${name}", which is not supported.`)
  }
  const stages = [source, count, ...(decoder ? [decoder()] : []), limit]
  connect(stages, explain)
  return Readable.toWeb(limit) as ReadableStream<Uint8Array> // Node's own stream types differ in name only
}

/** Like `pipeline`, keeping the first error as it is: the reader of the last stage must see why it ended. */
function connect(stages: Readable[], explain: (error: unknown) => EgressError): void {
  const fail = (error: Error) => {
    const shown = explain(error)
    for (const stage of stages) stage.destroy(shown)
  }
  stages.forEach((stage, index) => {
    // Not `once`: a stream may fail again while it is torn down, and an error without a listener ends the process.
    stage.on('error', fail)
    const next = stages[index + 1]
    if (next instanceof Transform) stage.pipe(next)
  })
  const last = stages.at(-1)
  last?.once('close', () => {
    for (const stage of stages) stage.destroy()
  })
}

function tooLarge(maxBytes: number): EgressError {
  return new EgressError('too_large', `The answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB.`)
}

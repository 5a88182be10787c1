import { AppError } from '../../errors'

/**
 * The whole body, at most `maxBytes`. Throws `payload_too_large` (413) from the declared length before reading, and from the
 * bytes counted when the sender declared none: a body is never cut and taken as whole.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes)
    // HTTP itself holds the sender to the declared length.
    return new Uint8Array(await readWhole(request))
  }
  const body = request.body
  return body === null ? new Uint8Array() : readCounted(body, maxBytes)
}

async function readWhole(request: Request): Promise<ArrayBuffer> {
  try {
    return await request.arrayBuffer()
  } catch (cause) {
    throw cutOff(cause)
  }
}

async function readCounted(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw cutOff(cause)
    })
    if (done) return Buffer.concat(chunks, bytes)
    bytes += value.byteLength
    if (bytes > maxBytes) {
      reader.cancel().catch(() => undefined) // the answer is decided; how the rest ends does not matter
      throw tooLarge(maxBytes)
    }
    chunks.push(value)
  }
}

function tooLarge(maxBytes: number): AppError {
  const limit = maxBytes >= 1_048_576 ? `${maxBytes / 1_048_576} MiB` : `${maxBytes / 1_024} KiB`
  return new AppError('payload_too_large', `The body is larger than ${limit}.`)
}

function cutOff(cause: unknown): AppError {
  return new AppError('invalid_request', 'The body ended before it was complete.', { cause })
}

/** Refuses anything but JSON in UTF-8, so that no cross-site form can pass for a request of ours. */
export function requireJsonType(contentType: string | null): void {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const name = type.trim()
  if (name !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(name)) {
    throw new AppError(
      'unsupported_media_type',
      'Send the body as JSON with the header Content-Type: application/json.',
    )
  }
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new AppError('unsupported_media_type', 'Send the body in UTF-8.')
  }
}

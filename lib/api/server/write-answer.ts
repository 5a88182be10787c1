import type { ServerResponse } from 'node:http'
import type { Answer } from './answer'

/** A reader that takes nothing for this long is disconnected; until then only the socket's own buffer is held for it. */
const STALLED_AFTER_MS = 30_000

/** Writes an answer to a connection; resolves when it is written or the reader is gone. */
export async function writeAnswer(outgoing: ServerResponse, answer: Answer, options: { head: boolean }): Promise<void> {
  const { status, headers, body } = answer
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
    if (body !== null) headers['Content-Length'] = String(Buffer.byteLength(body))
    else if (status !== 204) headers['Content-Length'] = '0'
    outgoing.writeHead(status, headers)
    if (body === null || options.head) outgoing.end()
    else outgoing.end(body)
    return
  }
  outgoing.writeHead(status, headers)
  if (options.head) {
    outgoing.end()
    await body.next() // begun, so that ending it frees what it holds
    await body.return()
    return
  }
  outgoing.flushHeaders()
  await writeStream(outgoing, body)
}

async function writeStream(outgoing: ServerResponse, chunks: AsyncGenerator<string, void, undefined>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (outgoing.destroyed) return
      gather(outgoing)
      // While the socket is full nothing more is asked of the source, so a slow reader costs one chunk and the socket's buffer.
      if (!outgoing.write(chunk) && !(await drained(outgoing))) return
    }
    outgoing.end()
  } catch (error) {
    outgoing.destroy() // the head is sent: the only honest sign of a failure is a broken connection
    throw error
  } finally {
    if (!outgoing.writableEnded) outgoing.destroy()
  }
}

/** What is written within one turn of the event loop leaves in one piece: events come in bursts, to many readers at once. */
function gather(outgoing: ServerResponse): void {
  if (outgoing.writableCorked > 0) return
  outgoing.cork()
  setImmediate(() => {
    if (!outgoing.writableEnded) outgoing.uncork()
  })
}

function drained(outgoing: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (ok: boolean) => () => {
      clearTimeout(timer)
      outgoing.off('drain', onDrain)
      outgoing.off('close', onClose)
      resolve(ok)
    }
    const onDrain = settle(true)
    const onClose = settle(false)
    const timer = setTimeout(onClose, STALLED_AFTER_MS)
    outgoing.once('drain', onDrain)
    outgoing.once('close', onClose)
  })
}

import { connect } from 'node:net'

/** One message of an event stream as a browser would dispatch it: a block that ended with its empty line. */
export interface StreamMessage {
  id?: string
  event?: string
  // biome-ignore lint/suspicious/noExplicitAny: frames of several shapes, which tests read into
  data: any
}

export interface ReadUntilCut {
  /** What had arrived whole when the connection was cut; what was cut through is gone, as in a browser. */
  messages: StreamMessage[]
  status: number
  /** Bytes of the body that were taken. */
  bytes: number
  /** The server ended it before the cut. */
  isEnded: boolean
}

/**
 * Reads an event stream from a bare socket (HTTP/1.0, so that nothing frames the body) and breaks the connection at exactly
 * the byte that `cutAt` names; asked with the body so far, undefined: not yet.
 */
export function readUntilCut(
  url: string,
  headers: Record<string, string>,
  cutAt: (body: Buffer) => number | undefined,
): Promise<ReadUntilCut> {
  const { port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    let bodyAt = -1
    const socket = connect(Number(port), '127.0.0.1', () => {
      const lines = Object.entries({ host: '127.0.0.1', accept: 'text/event-stream', ...headers })
      socket.write(
        `GET ${pathname}${search} HTTP/1.0\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`,
      )
    })
    const settle = (isEnded: boolean, bytes: number) => {
      socket.destroy()
      const body = received.subarray(bodyAt, bodyAt + bytes)
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(received.toString('latin1'))?.[1])
      resolve({ messages: messagesOf(body), status, bytes, isEnded })
    }
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (bodyAt < 0) {
        const head = received.indexOf('\r\n\r\n')
        if (head < 0) return
        bodyAt = head + 4
      }
      const cut = cutAt(received.subarray(bodyAt))
      if (cut !== undefined && cut <= received.length - bodyAt) settle(false, cut)
    })
    socket.on('end', () => settle(true, received.length - bodyAt))
    socket.on('error', reject)
  })
}

/** Bytes become text only in whole blocks, so a character that was cut through is never half a character. */
function messagesOf(body: Buffer): StreamMessage[] {
  const end = body.lastIndexOf('\n\n')
  if (end < 0) return []
  return body
    .subarray(0, end)
    .toString()
    .split('\n\n')
    .flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      const data = fields.get('data')
      if (data === undefined) return []
      const [id, event] = [fields.get('id'), fields.get('event')]
      return [{ ...(id ? { id } : {}), ...(event ? { event } : {}), data: JSON.parse(data) }]
    })
}

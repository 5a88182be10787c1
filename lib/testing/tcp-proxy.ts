import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A wire between this process and the PostgreSQL of a URL, which a test can cut, silence, or make lose an answer. */
export interface TcpProxy {
  /** The same database, through the wire. */
  url: string
  /** From now on every `n`-th answer is lost after the server has given it, and the connection with it; 0: none. */
  loseEvery(n: number): void
  /** How many answers were lost. */
  readonly lost: number
  /** Connections that are open now and are called so carry nothing any more, and nobody hears that they are dead. */
  silence(applicationName: string): number
  close(): Promise<void>
}

interface Wire {
  client: Socket
  server: Socket
  name: string
  isSilent: boolean
  /** The answer to what was asked last is to be lost. */
  isDoomed: boolean
}

/** A connection waits for its server to be ready: message `Z` of length 5 with the state of the transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5])

export async function openProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const wires = new Set<Wire>()
  let everyNth = 0
  let asked = 0
  let lost = 0

  const door = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    const wire: Wire = { client, server, name: '', isSilent: false, isDoomed: false }
    wires.add(wire)
    const end = () => {
      if (wire.isSilent) return
      wires.delete(wire)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
    client.on('data', (bytes) => {
      if (wire.isSilent) return
      wire.name ||= nameIn(bytes)
      // `S` is Sync, the end of a question; a simple query is a `Q`.
      if (everyNth > 0 && wire.name !== '' && isQuestion(bytes) && ++asked % everyNth === 0) wire.isDoomed = true
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (wire.isSilent) return
      if (!wire.isDoomed) client.write(bytes)
      else if (bytes.subarray(-6, -1).equals(READY)) {
        lost += 1
        end()
      }
    })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = String((door.address() as AddressInfo).port) // it listens on TCP

  return {
    url: url.href,
    loseEvery(n) {
      everyNth = n
    },
    get lost() {
      return lost
    },
    silence(applicationName) {
      const found = [...wires].filter((wire) => wire.name === applicationName)
      for (const wire of found) wire.isSilent = true
      return found.length
    },
    async close() {
      for (const wire of wires) {
        wire.client.destroy()
        wire.server.destroy()
      }
      await new Promise((resolve) => door.close(resolve))
    },
  }
}

/** `application_name` is a key of the start-up message, keys and values ending with a zero byte. */
function nameIn(bytes: Buffer): string {
  const words = bytes.toString('latin1').split('\0')
  const key = words.indexOf('application_name')
  return key < 0 ? '' : (words[key + 1] ?? '')
}

function isQuestion(bytes: Buffer): boolean {
  return bytes[0] === 0x51 || bytes.subarray(-5).equals(Buffer.from([0x53, 0, 0, 0, 4]))
}

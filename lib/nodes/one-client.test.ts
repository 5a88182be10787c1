import { expect, test } from 'vitest'
import { sourceFiles } from '../testing/source-files'

/** Rooms that run on the server. The pages talk to this installation only, by `lib/api/client`. */
const SERVER = /^(lib\/(?!api\/client\/|testing\/)|app\/api\/)/
const EGRESS = /^lib\/nodes\/egress[\w-]*\.ts$/
/** The file that strangers' programs get: the server only gives its text away. */
const SENT_AS_TEXT = /^lib\/api\/server\/client-file\/runtime\.ts$/
const CLIENTS = /^(undici|axios|got|ky|node-fetch|needle|superagent|(node:)?(https|http2|tls))$/

test('the egress client is the only way out of the server', () => {
  const files = sourceFiles().filter(
    ({ path }) =>
      SERVER.test(path) && !EGRESS.test(path) && !SENT_AS_TEXT.test(path) && !/\.test\.tsx?$|\/test\//.test(path),
  )
  const importing = files.filter((file) =>
    file.imports.some(({ specifier, typeOnly }) => !typeOnly && CLIENTS.test(specifier)),
  )
  const calling = files.filter(({ code }) =>
    /(?<![.\w])fetch\(|globalThis\.fetch|new (WebSocket|EventSource)\(/.test(code),
  )
  expect(files.length).toBeGreaterThan(50)
  expect(importing.map(({ path }) => path)).toEqual([])
  expect(calling.map(({ path }) => path)).toEqual([])
})

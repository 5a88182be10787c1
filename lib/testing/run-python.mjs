/**
 * Runs a program with CPython compiled to WebAssembly, so that Python code is tested wherever Node is: `run-python.mjs FILE`.
 * There are no sockets in there: `urllib` speaks HTTP through Node instead, each answer read to its end.
 */
import { readFileSync } from 'node:fs'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { loadPyodide } from 'pyodide'

const FETCH = `
const { workerData: { port, bell } } = require('node:worker_threads')
port.on('message', async ({ method, url, headers, body }) => {
  const answer = await fetch(url, { method, headers, body })
  port.postMessage(JSON.stringify({ status: answer.status, text: await answer.text() }))
  Atomics.store(bell, 0, 1)
  Atomics.notify(bell, 0)
})`

const bell = new Int32Array(new SharedArrayBuffer(4))
const { port1: here, port2: port } = new MessageChannel()
const worker = new Worker(FETCH, { eval: true, workerData: { port, bell }, transferList: [port] })

/** Asks, and stands still until the answer is there, as Python does. */
function send(asked) {
  Atomics.store(bell, 0, 0)
  here.postMessage(JSON.parse(asked))
  Atomics.wait(bell, 0, 0)
  return receiveMessageOnPort(here).message
}

const OPENER = `
import io, json, os, urllib.error, urllib.request, urllib.response, email.message
os.environ.update(json.loads(_environment))

class ThroughNode(urllib.request.HTTPHandler):
    def http_open(self, request):
        body = None if request.data is None else request.data.decode()
        asked = dict(method=request.get_method(), url=request.full_url, headers=dict(request.header_items()), body=body)
        answer = json.loads(_send(json.dumps(asked)))
        response = urllib.response.addinfourl(
            io.BytesIO(answer["text"].encode()), email.message.Message(), request.full_url, answer["status"])
        response.msg = str(answer["status"])
        return response

urllib.request.install_opener(urllib.request.build_opener(ThroughNode))
`

const python = await loadPyodide()
python.globals.set('_environment', JSON.stringify(process.env))
python.globals.set('_send', send)
python.runPython(OPENER)
python.runPython(readFileSync(process.argv[2] ?? '', 'utf8'))
await worker.terminate()
here.close()

/**
 * Runs a program with CPython compiled to WebAssembly, so that Python code is tested wherever Node is: `run-python.mjs FILE`.
 * There are no sockets in there: `urllib` speaks HTTP through Node instead, each answer read to its end.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { loadPyodide } from 'pyodide'

const FETCH = `
const { method, url, headers, body } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
fetch(url, { method, headers, body }).then(async (answer) => {
  const text = await answer.text()
  process.stdout.write(JSON.stringify({ status: answer.status, text }))
})`

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
python.globals.set(
  '_send',
  (asked) => spawnSync(process.execPath, ['-e', FETCH], { input: asked, encoding: 'utf8' }).stdout,
)
python.runPython(OPENER)
python.runPython(readFileSync(process.argv[2] ?? '', 'utf8'))

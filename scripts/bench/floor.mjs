/**
 * The floor of the benchmark: plain node:http and pg, four commits per request, nothing else. Whatever a durable engine
 * does, it hardly does less than store a start, two steps and an end. Prints its port.
 */
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query('CREATE TABLE IF NOT EXISTS bench_floor (id bigserial PRIMARY KEY, run bigint, step int, data json)')

const insert = { name: 'floor', text: 'INSERT INTO bench_floor (run, step, data) VALUES ($1, $2, $3)' }
let run = 0

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    const id = ++run
    for (let step = 0; step < 4; step++) await pool.query({ ...insert, values: [id, step, JSON.stringify(body)] })
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id, status: 'completed' }))
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))

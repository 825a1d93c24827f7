// A whole Bluesky network (PLC directory, PDS, AppView, labeler) on loopback,
// for the end-to-end tests.
//
// Needs DB_POSTGRES_URL and REDIS_HOST (host:port) in the environment. Prints
// one line of JSON with the addresses when everything answers:
//
//   {"pds":"http://localhost:…","appview":"…","plc":"…","ozone":"…","startMs":…}
//
// It takes one command a line on stdin and answers each with one line:
//
//   stop pds     the PDS refuses connections    {"done":"stop pds"}
//   start pds    and listens again, same port   {"done":"start pds"}
//
// and ends when stdin closes, so that a test that is killed leaves nothing
// behind.
import dns from 'node:dns'
import net from 'node:net'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

// Closing politely flushes queues nobody will read; past this it just ends.
const CLOSE_MS = 2000

// Open connections by server, for stopPDS.
const sockets = new Map()
const answer = takeStdout()
const lines = endWithStdin()
keepToLoopback()

const started = Date.now()
const { TestNetwork } = await import('@atproto/dev-env')
const network = await TestNetwork.create({ dbPostgresSchema: 'skein' })
answer({
  pds: network.pds.url,
  appview: network.bsky.url,
  plc: network.plc.url,
  ozone: network.ozone.url,
  startMs: Date.now() - started,
})

const commands = { 'stop pds': stopPDS, 'start pds': startPDS }
for await (const line of lines) {
  const command = commands[line.trim()]
  if (!command) {
    answer({ error: `unknown command: ${line}` })
    continue
  }
  await command()
  answer({ done: line.trim() })
}
await network.close().catch(() => {})
process.exit(0)

/** Stops listening and drops every open connection, as a crashed server would. */
async function stopPDS() {
  const server = network.pds.server.server
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  // Upgraded sockets (the AppView's firehose) are no longer the server's and
  // would keep it from closing; they belong to a crash too.
  for (const socket of sockets.get(server) ?? []) socket.destroy()
  await closed
}

/** Listens again where stopPDS stopped. */
async function startPDS() {
  const server = network.pds.server.server
  const listening = once(server, 'listening')
  server.listen(network.pds.port)
  await listening
}

/**
 * Returns the one way to write to stdout, as lines of JSON. Whatever the servers
 * print goes to stderr.
 */
function takeStdout() {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = process.stderr.write.bind(process.stderr)
  return (value) => write(JSON.stringify(value) + '\n')
}

/**
 * Reads stdin by lines from the first moment, so that its end counts even while
 * the servers are still starting.
 */
function endWithStdin() {
  const lines = createInterface({ input: process.stdin })
  lines.once('close', () => setTimeout(() => process.exit(0), CLOSE_MS))
  return lines
}

/**
 * The servers listen on every interface by default. Those of a test have fixed
 * passwords, so they are kept to loopback, and so are their names.
 */
function keepToLoopback() {
  dns.setDefaultResultOrder('ipv4first')
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (first, ...rest) {
    if (!sockets.has(this)) {
      const open = new Set()
      sockets.set(this, open)
      this.on('connection', (socket) => {
        open.add(socket)
        socket.on('close', () => open.delete(socket))
      })
    }
    if (typeof first === 'object' && first !== null) {
      return listen.call(this, { host: '127.0.0.1', ...first }, ...rest)
    }
    const done = rest.findLast((arg) => typeof arg === 'function')
    return listen.call(this, { port: first ?? 0, host: '127.0.0.1' }, done)
  }
}

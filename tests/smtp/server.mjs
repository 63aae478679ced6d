// A mail server for the tests: keeps each letter as a mail program reads it, a JSON line each, and can be told to behave
// badly. It ends when its standard input does.
//
//   node server.mjs FILE PORT MODE [TIMES]
//
// PORT 0 is any free one; the port in use is printed. MODE: accept | refuse (recipients with "refused" in them, for
// good) | later (every recipient, TIMES times) | silent (takes a letter and hangs up without an answer, TIMES times).
import { appendFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

const [file, port, mode, times] = process.argv.slice(2)
let left = Number(times ?? 0)

const no = (code, message) => Object.assign(new Error(message), { responseCode: code })

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onRcptTo(address, session, done) {
    if (mode === 'refuse' && address.address.includes('refused')) return done(no(550, 'No such user'))
    if (mode === 'later' && left-- > 0) return done(no(451, 'Try again later'))
    done()
  },
  async onData(stream, session, done) {
    const raw = await buffer(stream)
    const isSilent = mode === 'silent' && left-- > 0
    const letter = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true })
    appendFileSync(file, JSON.stringify({
      from: letter.from.text,
      to: session.envelope.rcptTo.map((it) => it.address),
      to_header: letter.to.text,
      subject: letter.subject,
      text: letter.text,
      html: letter.html,
      message_id: letter.messageId,
      date: letter.date.toISOString(),
      headers: Object.fromEntries(letter.headerLines.map((it) => [it.key, it.line])),
      raw: raw.toString('latin1'),
      is_answered: !isSilent,
    }) + '\n')
    if (!isSilent) return done()
    for (const connection of server.connections) {
      if (connection.session === session) connection._socket.destroy()
    }
  },
})
server.on('error', () => {})
server.listen(Number(port), '127.0.0.1', () => console.log(server.server.address().port))
process.stdin.resume().on('end', () => process.exit(0))

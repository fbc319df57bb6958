// nodemailer's part of bench.smtp: the same mails through its pooled transport. Arguments: messages, folder of node_modules.
"use strict";

const path = require("node:path");
const [messages, folder] = [Number(process.argv[2]), process.argv[3]];
const nodemailer = require(path.join(folder, "node_modules", "nodemailer"));

// The templates come from bench/smtp_message.py, in the environment: the same words for every sender.
const { BENCH_FROM_NAME, BENCH_FROM_ADDRESS, BENCH_SUBJECT, BENCH_TEXT, BENCH_HTML } = process.env;

function mail(number) {
  const values = {
    first_name: "Anna",
    last_name: "Berg",
    city: "Graz",
    code: `C${number}`,
    unsubscribe_url: `https://postroom.example/u/${number}`,
  };
  const fill = (template) => template.replace(/{{ (\w+) }}/g, (_whole, name) => values[name]);
  return {
    from: { name: BENCH_FROM_NAME, address: BENCH_FROM_ADDRESS },
    to: `person${number}@club.example`,
    subject: fill(BENCH_SUBJECT),
    text: fill(BENCH_TEXT),
    html: fill(BENCH_HTML),
    headers: { "List-Unsubscribe": `<${values.unsubscribe_url}>` },
  };
}

async function main() {
  const transport = nodemailer.createTransport({
    pool: true,
    maxConnections: 5,
    maxMessages: Infinity,
    host: "127.0.0.1",
    port: Number(process.env.SINK_PORT),
    secure: false,
    ignoreTLS: true,
  });
  const before = process.cpuUsage();
  for (let start = 0; start < messages; start += 100) {
    const numbers = Array.from({ length: Math.min(100, messages - start) }, (_, index) => start + index);
    await Promise.all(numbers.map((number) => transport.sendMail(mail(number))));
  }
  const spent = process.cpuUsage(before);
  transport.close();
  console.log(JSON.stringify({ cpu_us: (spent.user + spent.system) / messages }));
}

main();

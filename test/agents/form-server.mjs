// An MCP server whose one tool asks a person by a form, and says what came back.
import { createInterface } from 'node:readline';

const FORM = {
  type: 'object',
  properties: {
    case: { type: 'string', title: 'Case', description: 'Which case is it about?', enum: ['4711', '4698'] },
    urgent: { type: 'boolean', description: 'Is it urgent?' },
    days: { type: 'integer', description: 'For how many days?', minimum: 1 },
    note: { type: 'string', description: 'Anything else?' },
  },
  required: ['case', 'urgent', 'days'],
};

/** @param {object} message */
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
let call = null;

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result } = JSON.parse(line);
  if (method === 'initialize') {
    const serverInfo = { name: 'forms', version: '1' };
    send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') {
    send({ id, result: { tools: [{ name: 'ask', description: 'Asks a person', inputSchema: { type: 'object' } }] } });
  } else if (method === 'tools/call') {
    call = id;
    send({ id: 'form', method: 'elicitation/create', params: { message: 'A reminder', requestedSchema: FORM } });
  } else if (id === 'form') {
    send({ id: call, result: { content: [{ type: 'text', text: JSON.stringify(result) }] } });
  } else if (method === 'ping') {
    send({ id, result: {} });
  }
}

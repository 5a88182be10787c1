import { type InputRequest, inputRequired, inputResponse, type ServerContext } from '@modelcontextprotocol/server'
import { text } from './fixture-content'

type Properties = Parameters<typeof inputRequired.elicit>[0]['requestedSchema']

/** The tools that ask their client back: for a text of its model, or for a form that a person fills in. */
export const ASKING_TOOLS = {
  test_sampling: ({ prompt }: Record<string, unknown>, context: ServerContext) =>
    ask(
      context,
      inputRequired.createMessage({ messages: [{ role: 'user', content: text(String(prompt)) }], maxTokens: 100 }),
      'LLM response',
    ),
  test_elicitation: ({ message }: Record<string, unknown>, context: ServerContext) =>
    ask(
      context,
      form(String(message), {
        type: 'object',
        properties: {
          username: { type: 'string', description: "User's response" },
          email: { type: 'string', description: "User's email address" },
        },
        required: ['username', 'email'],
      }),
      'User response',
    ),
  test_elicitation_sep1034_defaults: (_args: unknown, context: ServerContext) =>
    ask(
      context,
      form('Defaults', {
        type: 'object',
        properties: {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
      }),
      'Elicitation completed',
    ),
  test_elicitation_sep1330_enums: (_args: unknown, context: ServerContext) =>
    ask(
      context,
      form('Choices', {
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option') },
          legacyEnum: { type: 'string', enum: ['opt1', 'opt2'], enumNames: ['Option One', 'Option Two'] },
          untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
          titledMulti: { type: 'array', items: { anyOf: titled('First Choice', 'Second Choice') } },
        },
      }),
      'Elicitation completed',
    ),
}

/** Asks in the first round, and says the answer in the second. */
function ask({ mcpReq }: ServerContext, request: InputRequest, said: string) {
  const { kind, ...answer } = inputResponse(mcpReq.inputResponses, 'answer')
  if (kind === 'missing') return inputRequired({ inputRequests: { answer: request } })
  return { content: [text(`${said}: ${JSON.stringify(answer)}`)] }
}

function form(message: string, requestedSchema: Properties): InputRequest {
  return inputRequired.elicit({ message, requestedSchema })
}

function titled(...titles: string[]) {
  return titles.map((title, index) => ({ const: `value${index + 1}`, title }))
}

import { type GetPromptResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { IMAGE, text } from './fixture-content'

/** The prompts that the suite gets. */
export const PROMPTS = [
  { name: 'test_simple_prompt', description: 'Always the same' },
  {
    name: 'test_prompt_with_arguments',
    description: 'Says its arguments',
    arguments: [
      { name: 'arg1', description: 'First test argument', required: true },
      { name: 'arg2', description: 'Second test argument', required: true },
    ],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'Holds a resource',
    arguments: [{ name: 'resourceUri', description: 'URI of the resource to embed', required: true }],
  },
  { name: 'test_prompt_with_image', description: 'Holds an image' },
  { name: 'test_input_required_result_prompt', description: 'Asks for its context first' },
]

/** What the messages of a prompt say. */
export function getPrompt(
  name: string,
  { arg1, arg2, resourceUri = '' }: Record<string, string>,
): GetPromptResult['messages'][number]['content'][] {
  switch (name) {
    case 'test_simple_prompt':
      return [text('This is a simple prompt for testing.')]
    case 'test_prompt_with_arguments':
      return [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)]
    case 'test_prompt_with_embedded_resource': {
      const embedded = 'Embedded resource content for testing.'
      return [
        { type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: embedded } },
        text('Please process the embedded resource above.'),
      ]
    }
    case 'test_prompt_with_image':
      return [IMAGE, text('Please analyze the image above.')]
    default:
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt "${name}".`)
  }
}

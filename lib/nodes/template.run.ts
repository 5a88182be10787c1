import type { Runner } from './runner'
import type { TemplateConfig } from './template'

export const runTemplate: Runner<TemplateConfig> = async ({ config }) => ({ type: 'done', output: config.text })

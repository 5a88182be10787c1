import type { WorkflowDefinitionInput } from './document'
import { earthquakeBulletin } from './sample-earthquakes'
import { supportIntake } from './sample-support'

export interface SampleWorkflow {
  slug: string
  name: string
  description: string
  tags: string[]
  definition: WorkflowDefinitionInput
}

/** Workflows that a new installation holds. They run anywhere: sample data and a sink of our own, and the offline model. */
export const sampleWorkflows: readonly SampleWorkflow[] = [earthquakeBulletin, supportIntake]

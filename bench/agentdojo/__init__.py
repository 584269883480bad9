"""The policy under injected instructions: AgentDojo, without a model."""

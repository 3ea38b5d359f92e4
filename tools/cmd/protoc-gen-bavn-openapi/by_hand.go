package main

import (
	_ "embed"
	"fmt"
	"maps"

	"go.yaml.in/yaml/v3"
)

//go:embed by_hand.yaml
var byHand []byte

// addByHand adds the paths that the gateway serves without a binding of the contract: what the contract says of the same path
// stays.
func addByHand(mapped []byte) ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(mapped, &document); err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	var own map[string]map[string]any
	if err := yaml.Unmarshal(byHand, &own); err != nil {
		return nil, fmt.Errorf("parse what is served by hand: %w", err)
	}
	paths, ok := document["paths"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the contract has no paths")
	}
	for path, verbs := range own {
		if bound, ok := paths[path].(map[string]any); ok {
			maps.Copy(verbs, bound)
		}
		paths[path] = verbs
	}
	return yaml.Marshal(document)
}

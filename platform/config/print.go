package config

import (
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Print writes dst as the YAML file that would produce it, secrets hidden.
func Print(dst any, w io.Writer) error {
	list, err := fields(dst, "")
	if err != nil {
		return err
	}
	return printFields(list, nil, w)
}

// printFields adds behind each value the source that set it; what has none is the default.
func printFields(list []field, sources map[string]string, w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	groups := map[string]*yaml.Node{"": root}
	for _, f := range list {
		path, name := "", f.key
		if dot := strings.LastIndexByte(f.key, '.'); dot >= 0 {
			path, name = f.key[:dot], f.key[dot+1:]
		}
		value := f.node()
		value.LineComment = sources[f.key]
		parent := group(groups, path)
		parent.Content = append(parent.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return err
	}
	return encoder.Close()
}

// group returns the mapping for a path such as db.pool and makes it and its parents on the way.
func group(groups map[string]*yaml.Node, path string) *yaml.Node {
	if node, ok := groups[path]; ok {
		return node
	}
	parentPath, name := "", path
	if dot := strings.LastIndexByte(path, '.'); dot >= 0 {
		parentPath, name = path[:dot], path[dot+1:]
	}
	node := &yaml.Node{Kind: yaml.MappingNode}
	parent := group(groups, parentPath)
	parent.Content = append(parent.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, node)
	groups[path] = node
	return node
}

// yamlTags says which types are written bare; everything else is text and quoted where YAML would read it otherwise.
var yamlTags = map[string]string{"bool": "!!bool", "int": "!!int", "uint": "!!int", "float": "!!float"}

func (f field) node() *yaml.Node {
	if isList(f.value) && !f.secret {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range f.items() {
			list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: item})
		}
		return list
	}
	tag, bare := yamlTags[typeName(f.value)]
	if !bare || f.secret {
		tag = "!!str"
	}
	value := f.shown()
	if tag == "!!float" && !strings.ContainsAny(value, ".e") {
		tag = "!!int" // a whole number serves as well, and needs no tag in front
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

package manifests_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// cluster is one overlay as Kubernetes would get it: what these tests ask about, by name.
type cluster struct {
	configMaps  map[string]map[string]string
	secrets     map[string]map[string]string
	deployments map[string]deployment
	services    map[string]endpoint
	identities  map[string]certificate // by the secret that a certificate fills
	policies    []policy
}

type metadata struct {
	Name   string            `yaml:"name"`
	Labels map[string]string `yaml:"labels"`
}

type deployment struct {
	Metadata metadata `yaml:"metadata"`
	Spec     struct {
		Template struct {
			Metadata metadata `yaml:"metadata"`
			Spec     pod      `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

func (d deployment) pod() pod             { return d.Spec.Template.Spec }
func (d deployment) container() container { return d.pod().Containers[0] }

type pod struct {
	AutomountToken  *bool           `yaml:"automountServiceAccountToken"`
	ServiceLinks    *bool           `yaml:"enableServiceLinks"`
	GraceSeconds    int             `yaml:"terminationGracePeriodSeconds"`
	SecurityContext securityContext `yaml:"securityContext"`
	Containers      []container     `yaml:"containers"`
	Volumes         []struct {
		Name   string `yaml:"name"`
		Secret struct {
			Name string `yaml:"secretName"`
		} `yaml:"secret"`
		ConfigMap reference `yaml:"configMap"`
	} `yaml:"volumes"`
}

type securityContext struct {
	RunAsNonRoot   bool  `yaml:"runAsNonRoot"`
	ReadOnlyRoot   bool  `yaml:"readOnlyRootFilesystem"`
	MayGainRights  *bool `yaml:"allowPrivilegeEscalation"`
	SeccompProfile struct {
		Type string `yaml:"type"`
	} `yaml:"seccompProfile"`
	Capabilities struct {
		Drop []string `yaml:"drop"`
	} `yaml:"capabilities"`
}

type container struct {
	EnvFrom []struct {
		ConfigMap reference `yaml:"configMapRef"`
	} `yaml:"envFrom"`
	Env []struct {
		Name  string `yaml:"name"`
		Value string `yaml:"value"`
		From  struct {
			ConfigMap reference `yaml:"configMapKeyRef"`
			Secret    reference `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	} `yaml:"env"`
	Ports []struct {
		Name   string `yaml:"name"`
		Number int    `yaml:"containerPort"`
	} `yaml:"ports"`
	Readiness       probe           `yaml:"readinessProbe"`
	Liveness        probe           `yaml:"livenessProbe"`
	SecurityContext securityContext `yaml:"securityContext"`
	VolumeMounts    []struct {
		Name string `yaml:"name"`
		Path string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

func (c container) port(name string) int {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.Number
		}
	}
	return 0
}

type reference struct {
	Name     string `yaml:"name"`
	Key      string `yaml:"key"`
	Optional bool   `yaml:"optional"`
}

type probe struct {
	HTTP struct {
		Path string `yaml:"path"`
		Port string `yaml:"port"`
	} `yaml:"httpGet"`
}

type endpoint struct {
	Metadata metadata `yaml:"metadata"`
	Spec     struct {
		ClusterIP string            `yaml:"clusterIP"`
		Selector  map[string]string `yaml:"selector"`
		Ports     []struct {
			Port       int    `yaml:"port"`
			TargetPort string `yaml:"targetPort"`
		} `yaml:"ports"`
	} `yaml:"spec"`
}

type certificate struct {
	Spec struct {
		Secret string   `yaml:"secretName"`
		URIs   []string `yaml:"uris"`
		Hosts  []string `yaml:"dnsNames"`
	} `yaml:"spec"`
}

// rendered are the overlays that `make manifests` has just rendered; it sets BAVN_MANIFESTS to their folder.
func rendered(t *testing.T) map[string]*cluster {
	t.Helper()
	folder := os.Getenv("BAVN_MANIFESTS")
	if folder == "" {
		t.Skip("run by `make manifests`, which renders first")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rendered overlay in %s (%v)", folder, err)
	}
	clusters := map[string]*cluster{}
	for _, file := range files {
		overlay := strings.TrimSuffix(filepath.Base(file), ".yaml")
		manifests, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// The overlay's secrets are printed by a script and kept nowhere.
		secrets, err := exec.CommandContext(t.Context(), filepath.Join("../../deploy/k8s/overlays", overlay, "secrets.sh")).Output()
		if err != nil {
			t.Fatalf("secrets of %s: %v", overlay, err)
		}
		clusters[overlay] = read(t, slices.Concat(manifests, []byte("\n"), secrets))
	}
	return clusters
}

func read(t *testing.T, manifests []byte) *cluster {
	t.Helper()
	c := &cluster{
		configMaps: map[string]map[string]string{}, secrets: map[string]map[string]string{},
		deployments: map[string]deployment{}, services: map[string]endpoint{}, identities: map[string]certificate{},
	}
	decoder := yaml.NewDecoder(bytes.NewReader(manifests))
	for {
		var node yaml.Node
		if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
			return c
		} else if err != nil {
			t.Fatal(err)
		}
		if err := c.add(&node); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *cluster) add(node *yaml.Node) error {
	var o struct {
		Kind     string            `yaml:"kind"`
		Metadata metadata          `yaml:"metadata"`
		Data     map[string]string `yaml:"data"`
		Text     map[string]string `yaml:"stringData"`
	}
	if err := node.Decode(&o); err != nil {
		return err
	}
	name := o.Metadata.Name
	switch o.Kind {
	case "ConfigMap":
		c.configMaps[name] = o.Data
	case "Secret":
		c.secrets[name] = o.Text
	case "Deployment":
		return decode(node, c.deployments, func(deployment) string { return name })
	case "Service":
		return decode(node, c.services, func(endpoint) string { return name })
	case "Certificate":
		return decode(node, c.identities, func(made certificate) string { return made.Spec.Secret })
	case "NetworkPolicy":
		var made policy
		if err := node.Decode(&made); err != nil {
			return err
		}
		c.policies = append(c.policies, made)
	}
	return nil
}

func decode[T any](node *yaml.Node, into map[string]T, name func(T) string) error {
	var made T
	if err := node.Decode(&made); err != nil {
		return err
	}
	into[name(made)] = made
	return nil
}

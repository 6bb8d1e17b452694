{{- define "patchbay.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Facts about the services: which others each calls, and whether it publishes to or consumes from the bus. */ -}}
{{- define "patchbay.services" -}}
gateway:        {http: true,  store: false, bus: false, calls: [installation, auth-token, event-fanout, webhook-sender, tracker, issue-sync]}
installation:   {http: false, store: true,  bus: true,  calls: [auth-token, tracker]}
auth-token:     {http: false, store: true,  bus: false, calls: []}
event-fanout:   {http: false, store: true,  bus: true,  calls: [installation, webhook-sender, tracker]}
webhook-sender: {http: false, store: true,  bus: true,  calls: [installation, tracker]}
tracker:        {http: false, store: true,  bus: true,  calls: []}
issue-sync:     {http: false, store: true,  bus: true,  calls: [installation, tracker]}
{{- end -}}

{{- define "patchbay.version" -}}
{{- .Values.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{- define "patchbay.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (include "patchbay.version" .) -}}
{{- end -}}
{{- end -}}

{{- /* The labels of all objects. */ -}}
{{- define "patchbay.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ include "patchbay.version" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /* The labels that select the pods of a component: (list $ "tracker"). They never change. */ -}}
{{- define "patchbay.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "patchbay.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "patchbay.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- /* The values of a service over those for all: (list $ "tracker"), as YAML. */ -}}
{{- define "patchbay.valuesOf" -}}
{{- $root := index . 0 -}}
{{- $own := index $root.Values.services (index . 1) | default dict -}}
{{- mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy $own) | toYaml -}}
{{- end -}}

{{- define "patchbay.publicUrl" -}}
{{- required "publicUrl is required: the address under which people and apps reach the platform" .Values.publicUrl -}}
{{- end -}}

{{- define "patchbay.publicHost" -}}
{{- $url := include "patchbay.publicUrl" . | urlParse -}}
{{- regexReplaceAll ":[0-9]+$" $url.host "" -}}
{{- end -}}

{{- /* The port of a URL, by its scheme if it names none. */ -}}
{{- define "patchbay.portOf" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{- /* The secrets that a component uses, as file name: {variable, name, key}. */ -}}
{{- define "patchbay.secretsOf" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}{{- $all := $root.Values.secrets -}}
{{- $facts := index (include "patchbay.services" $root | fromYaml) $component | default dict -}}
{{- $used := dict -}}
{{- if eq $component "migrate" -}}
{{- $_ := set $used "database-url" (list "PATCHBAY_DATABASE_URL_FILE" (ternary $all.migrationDatabase $all.database (ne $all.migrationDatabase.name ""))) -}}
{{- else -}}
{{- $_ := set $used "service-secret" (list "PATCHBAY_SERVICE_SECRET_FILE" $all.service) -}}
{{- end -}}
{{- if $facts.store -}}
{{- $_ := set $used "database-url" (list "PATCHBAY_DATABASE_URL_FILE" $all.database) -}}
{{- $_ := set $used "bus-url" (list "PATCHBAY_BUS_URL_FILE" $all.bus) -}}
{{- end -}}
{{- if eq $component "installation" -}}
{{- $_ := set $used "encryption-key" (list "PATCHBAY_ENCRYPTION_KEY_FILE" $all.encryptionKey) -}}
{{- $_ := set $used "old-encryption-keys" (list "PATCHBAY_OLD_ENCRYPTION_KEYS_FILE" $all.oldEncryptionKeys) -}}
{{- $_ := set $used "smtp-password" (list "PATCHBAY_SMTP_PASSWORD_FILE" $all.smtpPassword) -}}
{{- else if eq $component "auth-token" -}}
{{- $_ := set $used "auth-token-key" (list "PATCHBAY_AUTH_TOKEN_KEY_FILE" $all.authTokenKey) -}}
{{- $_ := set $used "old-auth-token-keys" (list "PATCHBAY_AUTH_TOKEN_OLD_KEYS_FILE" $all.oldAuthTokenKeys) -}}
{{- $_ := set $used "oidc-client-secret" (list "PATCHBAY_OIDC_CLIENT_SECRET_FILE" $all.oidcClientSecret) -}}
{{- else if eq $component "issue-sync" -}}
{{- $_ := set $used "encryption-key" (list "PATCHBAY_ENCRYPTION_KEY_FILE" $all.encryptionKey) -}}
{{- $_ := set $used "old-encryption-keys" (list "PATCHBAY_OLD_ENCRYPTION_KEYS_FILE" $all.oldEncryptionKeys) -}}
{{- $_ := set $used "egress-proxy" (list "PATCHBAY_EGRESS_PROXY_FILE" $all.egressProxy) -}}
{{- else if eq $component "webhook-sender" -}}
{{- $_ := set $used "egress-proxy" (list "PATCHBAY_EGRESS_PROXY_FILE" $all.egressProxy) -}}
{{- end -}}
{{- range $file, $entry := $used }}
{{- $secret := index $entry 1 }}
{{- if $secret.name }}
{{ $file }}: {variable: {{ index $entry 0 }}, name: {{ $secret.name }}, key: {{ $secret.key }}}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The settings of a component as name: value. Those in the values come last, so that they take precedence. */ -}}
{{- define "patchbay.settingsOf" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}{{- $values := $root.Values -}}
{{- $facts := index (include "patchbay.services" $root | fromYaml) $component | default dict -}}
{{- $settings := dict "PATCHBAY_LOG_FORMAT" "json" -}}
{{- if $facts -}}
{{- $_ := set $settings "PATCHBAY_PUBLIC_URL" (include "patchbay.publicUrl" $root) -}}
{{- $_ := set $settings "PATCHBAY_ADMIN_LISTEN" "0.0.0.0:9464" -}}
{{- $_ := set $settings "PATCHBAY_DRAIN_TIMEOUT" (printf "%vs" $values.drainSeconds) -}}
{{- $_ := set $settings (ternary "PATCHBAY_HTTP_LISTEN" "PATCHBAY_GRPC_LISTEN" $facts.http) (ternary "0.0.0.0:8080" "0.0.0.0:50051" $facts.http) -}}
{{- range $facts.calls -}}
{{- $scheme := ternary "https" "http" (ne $values.mutualTls.secretName "") -}}
{{- $_ := set $settings (printf "PATCHBAY_%s_URL" (replace "-" "_" . | upper)) (printf "%s://%s-%s:50051" $scheme (include "patchbay.fullname" $root) .) -}}
{{- end -}}
{{- if $values.mutualTls.secretName -}}
{{- $_ := set $settings "PATCHBAY_TLS_AUTHORITY" "/run/secrets/patchbay-tls/ca.crt" -}}
{{- $_ := set $settings "PATCHBAY_TLS_CERTIFICATE" "/run/secrets/patchbay-tls/tls.crt" -}}
{{- $_ := set $settings "PATCHBAY_TLS_PRIVATE_KEY" "/run/secrets/patchbay-tls/tls.key" -}}
{{- end -}}
{{- if $values.tracing.endpoint -}}
{{- $_ := set $settings "PATCHBAY_OTLP_ENDPOINT" $values.tracing.endpoint -}}
{{- $_ := set $settings "PATCHBAY_TRACE_RATIO" (toString $values.tracing.ratio) -}}
{{- end -}}
{{- end -}}
{{- if eq $component "gateway" -}}
{{- $behind := ternary 1 0 (or $values.ingress.enabled $values.gatewayApi.enabled) -}}
{{- $proxies := ternary $behind $values.trustedProxies (kindIs "invalid" $values.trustedProxies) -}}
{{- $_ := set $settings "PATCHBAY_GATEWAY_PROXIES" (toString $proxies) -}}
{{- end -}}
{{- if eq $component "installation" -}}
{{- $_ := set $settings "PATCHBAY_MAIL_TRANSPORT" $values.mail.transport -}}
{{- with $values.mail.sender }}{{- $_ := set $settings "PATCHBAY_MAIL_SENDER" . -}}{{- end -}}
{{- with $values.mail.reviewers }}{{- $_ := set $settings "PATCHBAY_MAIL_REVIEWERS" (join "," .) -}}{{- end -}}
{{- if eq $values.mail.transport "smtp" -}}
{{- $_ := set $settings "PATCHBAY_SMTP_HOST" (required "mail.host is required with mail.transport smtp" $values.mail.host) -}}
{{- $_ := set $settings "PATCHBAY_SMTP_PORT" (toString $values.mail.port) -}}
{{- $_ := set $settings "PATCHBAY_SMTP_TLS" $values.mail.tls -}}
{{- with $values.mail.user }}{{- $_ := set $settings "PATCHBAY_SMTP_USER" . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq $component "auth-token") $values.oidc.issuer -}}
{{- $_ := set $settings "PATCHBAY_OIDC_ISSUER" $values.oidc.issuer -}}
{{- $_ := set $settings "PATCHBAY_OIDC_CLIENT_ID" (required "oidc.clientId is required with oidc.issuer" $values.oidc.clientId) -}}
{{- $_ := set $settings "PATCHBAY_OIDC_REGISTER_USERS" (toString $values.oidc.registerUsers) -}}
{{- with $values.oidc.label }}{{- $_ := set $settings "PATCHBAY_OIDC_LABEL" . -}}{{- end -}}
{{- with $values.oidc.allowedDomains }}{{- $_ := set $settings "PATCHBAY_OIDC_ALLOWED_DOMAINS" (join "," .) -}}{{- end -}}
{{- end -}}
{{- range $file, $secret := include "patchbay.secretsOf" . | fromYaml -}}
{{- $_ := set $settings $secret.variable (printf "/run/secrets/patchbay/%s" $file) -}}
{{- end -}}
{{- $_ := mergeOverwrite $settings (deepCopy $values.settings) -}}
{{- if $facts -}}
{{- $_ := mergeOverwrite $settings (include "patchbay.valuesOf" . | fromYaml).settings -}}
{{- end -}}
{{- range $name, $value := $settings }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{- /* `env` of a container. */ -}}
{{- define "patchbay.env" -}}
{{- range $name, $value := include "patchbay.settingsOf" . | fromYaml }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- /* What the pods of services and migrations share. */ -}}
{{- define "patchbay.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "patchbay.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "patchbay.volumeMounts" -}}
- {name: secrets, mountPath: /run/secrets/patchbay, readOnly: true}
{{- if and (index . 0).Values.mutualTls.secretName (ne (index . 1) "migrate") }}
- {name: tls, mountPath: /run/secrets/patchbay-tls, readOnly: true}
{{- end }}
{{- end -}}

{{- define "patchbay.volumes" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $file, $secret := include "patchbay.secretsOf" . | fromYaml }}
      - secret: {name: {{ $secret.name }}, items: [{key: {{ $secret.key }}, path: {{ $file }}}]}
      {{- end }}
{{- if and (index . 0).Values.mutualTls.secretName (ne (index . 1) "migrate") }}
- name: tls
  secret: {secretName: {{ (index . 0).Values.mutualTls.secretName }}, defaultMode: 0440}
{{- end }}
{{- end -}}

# Notes each change of an issue for the provider program. Copy this folder into Redmine's `plugins` folder and restart Redmine.

require "json"

module PatchbayNotes
  FIELDS = { "assigned_to_id" => "assignee", "status_id" => "status" }.freeze
  FOLDER = ENV["PATCHBAY_NOTES"] || Rails.root.join("tmp/patchbay").to_s

  def self.included(issue)
    issue.after_update { (@patchbay_changes ||= []) << saved_changes.slice(*FIELDS.keys) }
    issue.after_rollback { @patchbay_changes = nil }
    issue.after_commit { patchbay_note }
  end

  # One file for each field. A transaction may save an issue several times.
  def patchbay_note
    changes, @patchbay_changes = @patchbay_changes || [], nil
    changes.flat_map(&:to_a).each do |name, (old, new)|
      time = Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)
      note = { issue: id, field: FIELDS[name], at: time / 1e9, old: old, new: new, actor: User.current.login }
      path = File.join(FileUtils.mkdir_p(FOLDER).first, "#{time}-#{Process.pid}-#{id}-#{FIELDS[name]}")
      File.write("#{path}.part", JSON.generate(note))
      File.rename("#{path}.part", "#{path}.json")
    end
  rescue SystemCallError => error
    Rails.logger.error("Patchbay cannot note a change of issue ##{id}: #{error.message}")
  end
end

Redmine::Plugin.register(:patchbay_notes) do
  name "Patchbay notes"
  description "Notes changes of assignees and statuses for Patchbay's provider program."
  author "The Patchbay team"
  version "1.0.0"
end

Issue.include(PatchbayNotes) unless Issue.include?(PatchbayNotes)

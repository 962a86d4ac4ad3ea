import { filePath } from "../api/queries";
import type { ChatFile } from "../api/types";
import { sizeWords } from "../api/upload";
import classes from "./FileLine.module.css";
import { Icon } from "./Icon";

const KIND_WORDS: Record<ChatFile["kind"], string> = { pdf: "PDF", png: "Picture", jpeg: "Picture", text: "Text" };

/** A file of a visit, for saving. The server shows none of them: what others send is never opened in this page. */
export function FileLine({ visitId, file }: { visitId: string; file: ChatFile }) {
  return (
    <a className={classes["file"]} href={filePath(visitId, file.id)} download={file.name} data-testid="visit-file">
      <span className={classes["icon"]}><Icon name={file.kind === "png" || file.kind === "jpeg" ? "picture" : "note"} size={20} /></span>
      <span className={classes["words"]}>
        <span className={classes["name"]}>{file.name}</span>
        <span className={classes["size"]}>{KIND_WORDS[file.kind]}, {sizeWords(file.size)}</span>
      </span>
      <Icon name="download" size={18} />
    </a>
  );
}
